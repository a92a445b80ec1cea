#!/usr/bin/perl
# sa_headers.pl < list - prints what SpamAssassin reads from messages' headers and which URIs it finds, in the form
# of dump_headers: for each file named on a line of standard input "file NAME", then a line "WORD VALUE" for each relay
# list, selector (sel-...) and uri, sorted where the order is not given; bytes below 0x20, above 0x7e and "\" as \xNN.
# Needs Mail::SpamAssassin 4.0.1 with its rule files (for the list of top-level domains).
use strict;
use warnings;
use File::Temp;
use Mail::SpamAssassin;

binmode STDOUT;
my @selectors = qw(From From:addr From:name From:raw From:addr:host From:host To:addr To:name ToCc ToCc:addr Subject
	Subject:raw Received Received:ip Message-ID:host Reply-To:addr Date X-Mailer MESSAGEID EnvelopeFrom
	Content-Type:raw List-Id Return-Path:addr Cc:name:first Received:last ALL ALL:raw ALL-TRUSTED ALL-UNTRUSTED
	ALL-EXTERNAL From:addr:domain Message-ID:domain Received:domain Reply-To:domain);

# Rule files with nothing in them but the plugin that scans, the TLDs and the fields of webmail.
my $folder = File::Temp->newdir();
sub write_file {
	my ($name, $text) = @_;
	open my $file, '>', "$folder/$name" or die "$name: $!\n";
	print $file $text;
	close $file;
}
my @tlds;
for my $path (glob '/usr/share/spamassassin/*tlds*.cf') {
	open my $file, '<', $path or next;
	push @tlds, grep { /^util_rb_/ } <$file>;
}
write_file('a.pre', "loadplugin Mail::SpamAssassin::Plugin::Check\n");
write_file('a.cf', join('', @tlds) . <<'END');
originating_ip_headers X-Yahoo-Post-IP X-Originating-IP X-Apparently-From
originating_ip_headers X-SenderIP X-AOL-IP
originating_ip_headers X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp
END
write_file('empty', '');
my $sa = Mail::SpamAssassin->new({
	local_tests_only => 1, dont_copy_prefs => 1,
	site_rules_filename => "$folder", rules_filename => "$folder/empty", userprefs_filename => "$folder/empty",
});
$sa->init(0);

sub say_value {
	my ($word, $value) = @_;
	return print "$word -\n" if !defined $value;
	utf8::encode($value) if utf8::is_utf8($value);
	$value =~ s/([^\x20-\x5b\x5d-\x7e])/sprintf '\x%02x', ord $1/ge;
	print "$word =$value\n";
}

# The values as a header rule sees them: on lines of their own.
sub joined {
	my ($status, $selector) = @_;
	my @values = $status->get($selector);
	return defined $status->get($selector, undef) ? '' : undef if !@values;
	my $text = $values[0] =~ /\n\z/ ? join('', @values) : join("\n", @values);
	return $text;
}

while (my $path = <STDIN>) {
	chomp $path;
	print "file $path\n";
	open my $file, '<:raw', $path or do { warn "$path: $!\n"; next };
	my $bytes = do { local $/; <$file> };
	close $file;
	my $message = $sa->parse($bytes);
	my $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message);
	$message->delete_header('X-Spam-.*');	# as check() does before all
	$status->extract_message_metadata();
	for my $list (qw(Trusted Untrusted Internal External)) {
		say_value('relays', scalar $status->get("X-Spam-Relays-$list"));
	}
	print 'unparseable =', $status->{num_relays_unparseable} || 0, "\n";
	say_value("sel-$_", joined($status, $_)) for @selectors;
	my %uris = map { my $uri = $_; utf8::encode($uri) if utf8::is_utf8($uri); $uri => 1 } $status->get_uri_list();
	say_value('uri', $_) for sort keys %uris;
	$status->finish();
	$message->finish();
}
