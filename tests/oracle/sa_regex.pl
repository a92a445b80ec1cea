#!/usr/bin/perl
# sa_regex.pl - where Perl matches patterns as SpamAssassin compiles them: see tests/conf/dump_regex.c
use strict;
use warnings;
use Mail::SpamAssassin;
use Mail::SpamAssassin::Util qw(compile_regexp);
use Mail::SpamAssassin::Plugin::ReplaceTags;

my (%conf, @texts);
$conf{"replace_$_"} = {} for qw(tag pre inter post);
@conf{qw(replace_start replace_end)} = ('<', '>');

# A pattern whose tags the plugin replaces.
sub replaced {
	my ($re) = @_;
	my $plugin = bless { replace_rules_done => {} }, 'Mail::SpamAssassin::Plugin::ReplaceTags';
	local @conf{qw(replace_rules test_qrs)} = ({ R => 1 }, { R => $re });
	$plugin->finish_parsing_end({ conf => \%conf });
	return $conf{test_qrs}{R};
}

while (my $line = <STDIN>) {
	chomp $line;
	my ($word, @rest) = split / /, $line;
	if ($word eq 'tag') {
		$conf{"replace_$rest[0]"}{pack 'H*', $rest[1]} = pack 'H*', $rest[2];
	} elsif ($word eq 'text') {
		push @texts, pack 'H*', $rest[0] // '';
	} elsif ($word eq 'pattern') {
		my $text = pack 'H*', $rest[1];
		# A template is literal until its tag is known: the parser sees to that.
		1 while $text =~ s/(?<!\\)%\{([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?:\([^)}]*\))?)\}/%\\{$1\\}/g;
		my ($re, $error) = compile_regexp($text, 1, 0);
		if (!$re) {
			$error =~ s/\s+/ /g;
			print "error $error\n";
			next;
		}
		$re = replaced($re) if $rest[0] ne 'plain';
		my ($number, $out) = (0, 'ok');
		for my $one ((map { pack 'H*', $_ } split /,/, $rest[2] // '', -1), @texts) {
			my ($subject, @found) = ($one);
			local $SIG{__WARN__} = sub {};
			eval {
				while (@found < 3 && $subject =~ /$re/g) {
					push @found, "$-[0]-$+[0]";
				}
			};
			$out .= " $number:" . join(',', @found) if @found;
			$number++;
		}
		print "$out\n";
	}
}
