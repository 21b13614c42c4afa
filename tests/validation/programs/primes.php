<?php
// Counts primes in an array of flags.
$n = 6000000;
$flags = array_fill(0, $n, true);
for ($i = 2; $i * $i < $n; $i++)
    if ($flags[$i])
        for ($k = $i * $i; $k < $n; $k += $i) $flags[$k] = false;
$count = 0;
for ($i = 2; $i < $n; $i++) if ($flags[$i]) $count++;
echo $count, "\n";
