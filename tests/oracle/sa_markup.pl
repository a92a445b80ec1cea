#!/usr/bin/perl
# sa_markup.pl VERSION RULES... - how SpamAssassin marks messages: paths on standard input, one a line; prints for each
# RULES and message both names, the length of what comes, and the message with its fields. RULES is the only file that
# is read, by a process of its own; VERSION goes behind SpamAssassin's own.
use strict;
use warnings;
use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;

my ($version, @rules) = @ARGV;
my @paths = map { chomp; $_ } <STDIN>;
push @Mail::SpamAssassin::EXTRA_VERSION, $version;
$| = 1;

sub mark {
    my ($rules) = @_;
    my $sa = Mail::SpamAssassin->new({ rules_filename => $rules, site_rules_filename => $rules, dont_copy_prefs => 1,
        local_tests_only => 1, userprefs_filename => $rules, home_dir_for_helpers => '/nonexistent',
        username => 'nobody' });
    $sa->init(0);
    for my $path (@paths) {
        open my $file, '<:raw', $path or die "$path: $!";
        my $bytes = do { local $/; <$file> };
        my $message = $sa->parse($bytes, 1);
        my $status = $sa->check($message);
        my $marked = $status->rewrite_mail();
        printf "%s\t%s\t%d\n%s", $rules, $path, length $marked, $marked;
        $status->finish;
        $message->finish;
    }
}

for my $rules (@rules) {
    my $child = fork // die "fork: $!";
    if ($child == 0) {
        mark($rules);
        exit 0;
    }
    waitpid $child, 0;
    die "$rules: status $?" if $?;
}
