#!/usr/bin/perl
# sa_texts.pl < list - prints the body and rawbody of messages as SpamAssassin makes them, in the form of
# dump_texts: for each file named on a line of standard input "file NAME", then "body LENGTH" or
# "rawbody LENGTH" with the bytes and a line end, element by element. Needs Mail::SpamAssassin 4.0.1.
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
		1;
	} or print "died\n";
	$message->finish();
}
