# What R says of sample sizes: Rscript sizes.R, one line a case, read by test_sample_size.py.
# kind, the two figures of the case, units, and the size (power.prop.test) or the exact power.
cases <- list(c(95, 5), c(90, 5), c(50, 10), c(99, 5), c(99.9, 5), c(20, 20), c(10, 10), c(5, 5),
              c(2, 2), c(99.9, 50))
for (case in cases) {
  p <- case / 100
  n <- power.prop.test(p1 = p[1], p2 = p[1] - p[2], power = 0.8)$n
  cat("power.prop.test", case, 0, ceiling(n - 1e-9), "\n")
}
say <- function(kind, a, b, n, power) cat(kind, a, b, n, format(power, digits = 15), "\n")
one <- function(n, before, after) {
  found <- sapply(0:n, function(k) binom.test(k, n, before)$p.value <= 0.05)
  sum(dbinom(0:n, n, after)[found])
}
for (case in list(c(0.95, 0.90, 213), c(0.99, 0.97, 340), c(0.999, 0.949, 58), c(0.5, 0, 6),
                  c(0.2, 0, 17), c(0.5, 0, 5))) {
  say("binom.test", case[1], case[2], case[3], one(case[3], case[1], case[2]))
}
two <- function(n, before, after) {
  found <- outer(0:n, 0:n, Vectorize(function(a, b) {
    fisher.test(matrix(c(a, n - a, b, n - b), 2))$p.value <= 0.05
  }))
  sum(outer(dbinom(0:n, n, before), dbinom(0:n, n, after))[found])
}
for (case in list(c(0.2, 0, 39), c(0.999, 0.499, 12))) {
  say("fisher.test", case[1], case[2], case[3], two(case[3], case[1], case[2]))
}
mcnemar <- function(pairs, discordant, loss) {
  total <- 0
  for (d in 1:pairs) {
    found <- sapply(0:d, function(k) binom.test(k, d, 0.5)$p.value <= 0.05)
    share <- (discordant + loss) / discordant / 2
    total <- total + dbinom(d, pairs, discordant) * sum(dbinom(0:d, d, share)[found])
  }
  total
}
for (case in list(c(0.9, 0.9, 7), c(0.3, 0.2, 60))) {
  say("mcnemar", case[1], case[2], case[3], mcnemar(case[3], case[1], case[2]))
}
