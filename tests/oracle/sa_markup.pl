#!/usr/bin/perl
# sa_markup.pl RULES VERSION - how SpamAssassin marks messages: paths on standard input, one a line; prints for each
# its path, the length of what comes, and the message with its fields. RULES is the only file that is read; VERSION
# goes behind SpamAssassin's own.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($rules, $version) = @ARGV;
push @Mail::SpamAssassin::EXTRA_VERSION, $version;
my $sa = Mail::SpamAssassin->new({ rules_filename => $rules, site_rules_filename => $rules, dont_copy_prefs => 1,
    local_tests_only => 1, userprefs_filename => $rules, home_dir_for_helpers => '/nonexistent', username => 'nobody' });
$sa->init(0);
while (my $path = <STDIN>) {
    chomp $path;
    open my $file, '<:raw', $path or die "$path: $!";
    my $bytes = do { local $/; <$file> };
    my $message = $sa->parse($bytes, 1);
    my $status = $sa->check($message);
    my $marked = $status->rewrite_mail();
    printf "%s\t%d\n%s", $path, length $marked, $marked;
    $status->finish;
    $message->finish;
}
