#!/usr/bin/perl
# Two children count the words of half a file each and send their counts through pipes: FILE.
use strict;
use warnings;
my ($file) = @ARGV;
my (%total, @pipes);
for my $part (0 .. 1) {
    pipe(my $in, my $out) or die "pipe: $!";
    my $pid = fork() // die "fork: $!";
    if (!$pid) {
        close $in;
        my (%seen, $line);
        open my $f, '<', $file or die "$file: $!";
        while (my $word = <$f>) { chomp $word; $seen{$word}++ if $. % 2 == $part; }
        print {$out} "$_ $seen{$_}\n" for keys %seen;
        close $out;
        exit 0;
    }
    close $out;
    push @pipes, $in;
}
for my $in (@pipes) {
    while (<$in>) { my ($word, $n) = split; $total{$word} += $n; }
}
wait for 0 .. 1;
my $sum = 0;
$sum += $_ for values %total;
print scalar(keys %total), " $sum\n";
