#!/usr/bin/perl
# sa_stock.pl RULES SITE < list - SpamAssassin's answer to each message named on a line of standard input, a JSON object
# a line: {"file", "score", "rules": [names], "subrules": [names]}. RULES and SITE are read as spamassassin reads
# /usr/share/spamassassin and /etc/spamassassin. No network, no Bayes, nothing of the user's.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

my ($rules, $site) = @ARGV;
die "usage: sa_stock.pl RULES SITE < list\n" if !defined $site;
my $spamassassin = Mail::SpamAssassin->new({
	rules_filename => $rules, site_rules_filename => $site, userprefs_filename => '/dev/null',
	dont_copy_prefs => 1, local_tests_only => 1, home_dir_for_helpers => '/nonexistent', username => 'nobody',
	post_config_text => "use_bayes 0\nrequired_score 5\n",
});
$spamassassin->init(1);
my $json = JSON::PP->new->canonical->latin1;

sub names {
	my %seen = map { $_ => 1 } @_;
	return [sort keys %seen];
}

$| = 1;
while (my $path = <STDIN>) {
	chomp $path;
	open my $file, '<:raw', $path or die "$path: $!\n";
	my $bytes = do { local $/; <$file> };
	close $file;
	my $message = $spamassassin->parse($bytes, 1);
	my $status = $spamassassin->check($message);
	print $json->encode({
		file => $path, score => sprintf('%.3f', $status->get_score()) + 0,
		rules => names(@{ $status->{test_names_hit} }), subrules => names(@{ $status->{subtest_names_hit} || [] }),
	}), "\n";
	$status->finish();
	$message->finish();
}
