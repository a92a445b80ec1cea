#!/usr/bin/perl
# sa_stock.pl RULES SITE [SERVER] < list - SpamAssassin's answer to each message named on a line of standard input, a JSON object
# a line: {"file", "score", "rules": [names], "subrules": [names]}. RULES and SITE are read as spamassassin reads
# /usr/share/spamassassin and /etc/spamassassin. No Bayes, nothing of the user's; no network, but where SERVER is one
# "127.0.0.1:PORT", which is asked for all of the DNS.
use strict;
use warnings;
use JSON::PP;
BEGIN {
	# Mail::DMARC asks by a resolver of its own.
	@ENV{qw(RES_NAMESERVERS RES_OPTIONS)} = ($1, "port:$2") if defined $ARGV[2] && $ARGV[2] =~ /^(.+):(\d+)$/;
}
use Mail::SpamAssassin;

my ($rules, $site, $server) = @ARGV;
die "usage: sa_stock.pl RULES SITE [SERVER] < list\n" if !defined $site;
my $network = defined $server ? <<"END" : '';
dns_available yes
dns_server $server
rbl_timeout 60 60
uridnsbl_max_domains 100
use_razor2 0
use_pyzor 0
END
my $spamassassin = Mail::SpamAssassin->new({
	rules_filename => $rules, site_rules_filename => $site, userprefs_filename => '/dev/null',
	dont_copy_prefs => 1, local_tests_only => !defined $server, home_dir_for_helpers => '/nonexistent', username => 'nobody',
	post_config_text => "use_bayes 0\nrequired_score 5\n$network",
});
$spamassassin->init(1);
# It would ask a list that refuses no more for five minutes, and keep that in a file of the machine's.
delete @{ $spamassassin->{conf} }{'dns_block_rule', 'dns_block_rule_domains'};
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
