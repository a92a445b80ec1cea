#!/usr/bin/perl
# message_oracle.pl DUMP FILE... - compares DUMP's (message_dump's) parts of each FILE with SpamAssassin's
#
# Types, nesting, decoded sizes and checksums, header fields with their raw values, and parser flags must be equal.
# Prints each difference and ends with "N equal, N different"; exit status 1 when any differs, 77 without SpamAssassin.
use strict;
use warnings;
use Compress::Raw::Zlib ();

eval { require Mail::SpamAssassin::Message; 1 } or exit 77;
my $dump = shift @ARGV;
my @flags = qw(missing_head_body_separator missing_mime_head_body_separator missing_mime_headers
    mimepart_limit_exceeded truncated_header mime_epilogue_exists);
my ($equal, $different, $skipped) = (0, 0, 0);

sub crc { return sprintf '%08x', Compress::Raw::Zlib::crc32($_[0]) }

# Fields in the order they stand: headers holds values by name, header_order the names.
sub fields {
	my ($part) = @_;
	my (%seen, @lines);
	for my $name (@{$part->{header_order} || []}) {
		my @raw = $part->raw_header($name);
		my $raw = $raw[$seen{lc $name}++];
		push @lines, sprintf '  %d %s %s', length $name, crc($name),
		    $name =~ /^[!-~]+\z/ ? crc($raw) : '00000000';
	}
	return @lines;
}

sub part_lines {
	my ($part, $depth) = @_;
	my $line = "$depth $part->{type}";
	if ($part->is_leaf) {
		my $decoded = $part->decode();
		$decoded = '' if !defined $decoded;
		$line .= sprintf ' %d %s', length $decoded, crc($decoded);
	}
	return ($line, fields($part), map { part_lines($_, $depth + 1) } @{$part->{body_parts} || []});
}

sub oracle {
	my ($path) = @_;
	open my $in, '<:raw', $path or die "$path: $!\n";
	my $bytes = do { local $/; <$in> };
	my $message = Mail::SpamAssassin::Message->new({message => $bytes, parsenow => 1, normalize => 1});
	return (join(' ', 'flags', grep { $message->{$_} } @flags), part_lines($message, 0));
}

sub compare {
	my ($path, @got) = @_;
	my @want = oracle($path);
	if ("@got" eq "@want") {
		$equal++;
		return;
	}
	$different++;
	my $i = 0;
	$i++ while $i < @got && $i < @want && $got[$i] eq $want[$i];
	printf "%s: line %d: got \"%s\", want \"%s\"\n", $path, $i + 1, $got[$i] // '(end)', $want[$i] // '(end)';
}

while (my @some = splice @ARGV, 0, 200) {
	open my $out, '-|', $dump, @some or die "$dump: $!\n";
	my ($path, @lines);
	while (my $line = <$out>) {
		chomp $line;
		if ($line =~ /^== (.*)/) {
			compare($path, @lines) if defined $path;
			($path, @lines) = ($1);
		} else {
			push @lines, $line;
		}
	}
	compare($path, @lines) if defined $path;
	close $out or die "$dump failed\n";
}
print "$equal equal, $different different\n";
exit($different > 0);
