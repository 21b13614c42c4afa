# Fits and sorts in R: generalised linear models on made data.
set.seed(1)
n <- 20000
x <- matrix(rnorm(n * 8), n)
y <- rbinom(n, 1, plogis(x[, 1] - 0.5 * x[, 2]))
for (i in 1:6) fit <- glm(y ~ x, family = binomial)
s <- 0
for (i in 1:400000) s <- s + i %% 7
cat(round(coef(fit), 3), s, sum(sort(runif(1e6))[1:10]) < 1, "\n")
