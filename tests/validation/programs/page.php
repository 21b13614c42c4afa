<?php
$seen = [];
for ($i = 0; $i < 3000; $i++) $seen[crc32((string)$i) % 500] = $i;
echo count($seen), str_repeat(" hello", 500);
