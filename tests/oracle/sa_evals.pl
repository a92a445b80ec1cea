#!/usr/bin/perl
# sa_evals.pl RULES < list - which rules of one file hit each message as SpamAssassin has them: for each path on a
# line of standard input the path, a tab and the names of its hits; "died" in their place when it gave up. Only
# that file is loaded: no network, no Bayes. Needs Mail::SpamAssassin 4.0.1.
use strict;
use warnings;
use Mail::SpamAssassin;

my $rules = shift or die "usage: sa_evals.pl RULES < list\n";
my $sa = Mail::SpamAssassin->new({
	rules_filename => $rules, site_rules_filename => '/dev/null', userprefs_filename => '/dev/null',
	dont_copy_prefs => 1, local_tests_only => 1, home_dir_for_helpers => '/nonexistent', username => 'nobody',
	post_config_text => "use_bayes 0\n",
});
$sa->init(1);
while (my $path = <STDIN>) {
	chomp $path;
	open my $file, '<:raw', $path or do { warn "$path: $!\n"; next };
	my $bytes = do { local $/; <$file> };
	close $file;
	my $hits = eval {
		my $message = $sa->parse($bytes, 1);
		my $status = $sa->check($message);
		my $names = join ' ', @{ $status->{test_names_hit} };
		$status->finish();
		$message->finish();
		$names;
	};
	print "$path\t", $hits // 'died', "\n";
}
