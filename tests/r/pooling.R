# What metafor says of frozen studies: Rscript pooling.R FILE, one line a set, read by test_metafor.py.
# FILE is CSV: set, effect, error. The interval is that of Hartung and Knapp, never narrower than the
# plain one; the prediction interval has k - 2 degrees of freedom (metafor's own has others).
suppressPackageStartupMessages(library(metafor))
given <- read.csv(commandArgs(trailingOnly = TRUE)[1], colClasses = c("character", "numeric", "numeric"))
control <- list(tol = 1e-14, maxiter = 10000, tau2.max = 1e6)
for (name in unique(given$set)) {
  some <- given[given$set == name, ]
  fit <- function(test) {
    rma(some$effect, sei = some$error, method = "PM", test = test, control = control)
  }
  hartung <- fit("knha")
  k <- hartung$k
  error <- max(hartung$se, fit("z")$se)
  mean <- as.numeric(hartung$beta)
  reach <- qt(0.975, k - 2) * sqrt(hartung$tau2 + error^2)
  slope <- NA
  p <- NA
  if (length(unique(some$error)) > 1) {
    egger <- regtest(some$effect, sei = some$error, model = "lm")
    slope <- coef(egger$fit)[2]
    p <- egger$pval
  }
  numbers <- c(hartung$tau2, mean, mean - qt(0.975, k - 1) * error, mean + qt(0.975, k - 1) * error,
               mean - reach, mean + reach, slope, p)
  cat(name, format(numbers, digits = 15), "\n")
}
