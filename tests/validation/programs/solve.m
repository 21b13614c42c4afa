% Linear algebra and text, single-threaded.
rand("seed", 1);
for k = 1:2
  A = rand(420);
  x = A \ (A' * ones(420, 1));
  s = svd(A(1:160, 1:160));
end
t = "";
for k = 1:4000
  t = [t sprintf("%d,", mod(k * 7919, 1000))];
end
printf("%d %d\n", length(x), length(strsplit(t, ",")));
