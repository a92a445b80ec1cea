#!/usr/bin/perl
# sa_texts.pl < list - prints the texts of messages and what is known of their HTML as SpamAssassin has them, in
# the form of dump_texts: for each file named on a line of standard input "file NAME", then "body LENGTH" or
# "rawbody LENGTH" or "html LENGTH" with the bytes and a line end, element by element; "died" when it gave up.
# Needs Mail::SpamAssassin 4.0.1.
use strict;
use warnings;
use Mail::SpamAssassin;
use Mail::SpamAssassin::Message;

binmode STDOUT;

sub print_list {
	my ($name, $list) = @_;
	for my $text (@$list) {
		utf8::encode($text) if utf8::is_utf8($text);
		print "$name ", length $text, "\n$text\n";
	}
}

# One line a fact of a part's HTML.
sub html_facts {
	my ($r) = @_;
	my @facts;
	my %uris = %{ $r->{uri_detail} || {} };

	for my $name (qw(bad_tag_ratio closed_extra_ratio non_element_ratio obfuscation_ratio)) {
		push @facts, sprintf '%s %.6f', $name, $r->{$name} || 0;
	}
	for my $name (qw(backhair_count embeds font_face_bad font_invalid_color font_low_contrast
		form_action_mailto html_length image_area max_size min_size non_space_len)) {
		push @facts, sprintf '%s %d', $name, $r->{$name} || 0;
	}
	for my $name (qw(anchor comment script title)) {
		push @facts, map { "$name $_" } @{ $r->{$name} || [] };
	}
	push @facts, map { "inside $_ $r->{inside}{$_}" } sort keys %{ $r->{inside} };
	my %links;
	for my $uri (keys %uris) {
		$links{"link $_ $uri"} = 1 for keys %{ $uris{$uri}{types} || {} };
	}
	@facts = (@facts, sort keys %links);
	utf8::upgrade($_) for @facts;
	return \@facts;
}

while (my $path = <STDIN>) {
	chomp $path;
	print "file $path\n";
	open my $file, '<:raw', $path or do { warn "$path: $!\n"; next };
	my $bytes = do { local $/; <$file> };
	close $file;
	my $message = Mail::SpamAssassin::Message->new({
		message => $bytes, parsenow => 1, normalize => 1,
		body_part_scan_size => 50000, rawbody_part_scan_size => 500000,
	});
	eval {
		print_list('body', $message->get_rendered_body_text_array());
		print_list('rawbody', $message->get_decoded_body_text_array());
		for my $part ($message->find_parts(qr/./, 1)) {
			print_list('html', html_facts($part->{html_results})) if $part->{html_results};
		}
		1;
	} or print "died\n";
	$message->finish();
}
