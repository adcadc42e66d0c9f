"""The script in base R, and what goes with it."""

README = """What is in this archive

rows.csv      one respondent a line, without a name: the outcome on its own scale (higher is better), the weight (1
              where figures are unweighted), the account as a number, what was said of each driver on 0 to 100 (d1,
              d2 ...) and the part of it on the best two steps, 0 to 100 (b1, b2 ...). An empty cell is no answer.
options.json  the source and its version, the outcome, the way of working out impact, the rule, the measure of
              performance, the seed, and what each driver is made of, with weights.
figures.csv   what the page says, to hold against.
analysis.R    works the figures out again: base R, no packages. Run: Rscript analysis.R

Performance, impact, R2, shares, lines and the list of vital drivers come out the same. Chances and intervals come from
random draws: R draws other numbers than the page did, so with 1,000 draws they agree to within about 0.03, not to the
digit. For Shapley shares over more than 6 drivers the script makes do with 50 draws: change that if you can wait.
"""

SCRIPT = r"""# Which drivers are vital: performance by impact, worked out again from rows.csv. Base R, no packages.
method    <- "@METHOD@"    # correlation, shapley or johnson
rule      <- "@RULE@"      # means, medians, target=N or target=N,M
measure   <- "@MEASURE@"   # mean or top-two
fewest    <- @FEWEST@      # answers that place a driver
seed      <- @SEED@
resamples <- @RESAMPLES@   # 0: none

rows    <- read.csv("rows.csv")
figures <- read.csv("figures.csv")
names_  <- as.character(figures$name)
d <- as.matrix(rows[, grepl("^d[0-9]+$", names(rows)), drop = FALSE])
b <- as.matrix(rows[, grepl("^b[0-9]+$", names(rows)), drop = FALSE])
y <- rows$outcome
w <- rows$weight
k <- ncol(d)

mean_of <- function(x, w) {
  there <- !is.na(x)
  if (sum(w[there]) > 0) sum(x[there] * w[there]) / sum(w[there]) else NA
}

correlation <- function(x, y, w) {
  there <- !is.na(x) & !is.na(y) & w > 0
  if (sum(there) < 2) return(NA)
  x <- x[there]; y <- y[there]; w <- w[there]
  x <- x - mean_of(x, w); y <- y - mean_of(y, w)
  spread <- sqrt(sum(w * x^2) * sum(w * y^2))
  if (spread < 1e-10) NA else sum(w * x * y) / spread
}

r_squared <- function(x, y, w) {
  # R2 of the linear model of y on the columns of x, weighted.
  fit <- lm.wfit(cbind(1, x), y, w)
  middle <- sum(w * y) / sum(w)
  1 - sum(w * fit$residuals^2) / sum(w * (y - middle)^2)
}

shapley <- function(d, y, w) {
  # LMG: the gain in R2 that a driver brings, averaged over all orders (Groemping 2007), from the R2 of all subsets.
  k <- ncol(d)
  r2 <- numeric(2^k)
  for (subset in seq_len(2^k - 1)) {
    chosen <- bitwAnd(subset, bitwShiftL(1L, 0:(k - 1))) != 0
    r2[subset + 1] <- r_squared(d[, chosen, drop = FALSE], y, w)
  }
  parts <- numeric(k)
  for (driver in seq_len(k)) {
    bit <- bitwShiftL(1L, driver - 1)
    for (subset in 0:(2^k - 1)) if (bitwAnd(subset, bit) == 0) {
      size <- sum(bitwAnd(subset, bitwShiftL(1L, 0:(k - 1))) != 0)
      share <- factorial(size) * factorial(k - 1 - size) / factorial(k)
      parts[driver] <- parts[driver] + share * (r2[subset + bit + 1] - r2[subset + 1])
    }
  }
  parts
}

johnson <- function(d, y, w) {
  # Relative weights (Johnson 2000): R2 parted through the nearest uncorrelated variables.
  all <- cov.wt(cbind(d, y), wt = w / sum(w))$cov
  spread <- sqrt(diag(all))
  scale <- ifelse(spread > 1e-10, 1 / spread, 0)
  cors <- all * outer(scale, scale)
  k <- ncol(d)
  parts <- eigen(cors[1:k, 1:k, drop = FALSE], symmetric = TRUE)
  root <- sqrt(pmax(parts$values, 0))
  inverse <- ifelse(parts$values > 1e-10, 1 / root, 0)
  loading <- parts$vectors %*% diag(root, k) %*% t(parts$vectors)
  slopes <- parts$vectors %*% diag(inverse, k) %*% t(parts$vectors) %*% cors[1:k, k + 1]
  as.numeric(loading^2 %*% slopes^2)
}

impacts <- function(d, y, w) {
  if (method == "correlation") return(apply(d, 2, correlation, y = y, w = w))
  whole <- !is.na(y) & complete.cases(d) & w > 0
  if (method == "shapley") shapley(d[whole, , drop = FALSE], y[whole], w[whole])
  else johnson(d[whole, , drop = FALSE], y[whole], w[whole])
}

performances <- function(d, b, w) apply(if (measure == "mean") d else b, 2, mean_of, w = w)

vital <- function(performance, impact) {
  middle <- if (rule == "medians") median else mean
  low <- middle(performance); high <- middle(impact)
  if (grepl("^target=", rule)) {
    target <- as.numeric(strsplit(sub("^target=", "", rule), ",")[[1]])
    low <- target[1]
    if (length(target) > 1) high <- target[2]
  }
  performance < low & impact >= high
}

performance <- performances(d, b, w)
impact <- impacts(d, y, w)
heard <- colSums(!is.na(d))
together <- if (method == "correlation") colSums(!is.na(d) & !is.na(y)) else rep(sum(!is.na(y) & complete.cases(d)), k)
usable <- !is.na(impact) & pmin(heard, together) >= fewest

told <- data.frame(driver = names_, performance = performance, impact = impact, n = heard)
if (method != "correlation") told$share <- impact / sum(impact)
told$vital <- FALSE
if (any(usable)) told$vital[usable] <- vital(performance[usable], impact[usable])
print(told, digits = 10, row.names = FALSE)
if (method != "correlation") cat("R2:", format(sum(impact), digits = 10), "\n")
cat("Greatest difference from the page: performance", format(max(abs(performance - figures$performance), na.rm = TRUE)),
    "impact", format(max(abs(impact - figures$impact), na.rm = TRUE)), "\n")

# The chance that each is vital: accounts (or respondents) drawn with replacement. Fewer draws of Shapley over
# many drivers: each fits 2^k models.
if (resamples > 0 && any(usable)) {
  set.seed(seed)
  if (method == "shapley" && k > 6) resamples <- min(resamples, 50)
  units <- split(seq_len(nrow(rows)), rows$account)
  hits <- numeric(sum(usable))
  for (i in seq_len(resamples)) {
    who <- unlist(units[sample.int(length(units), replace = TRUE)], use.names = FALSE)
    again <- impacts(d[who, , drop = FALSE], y[who], w[who])[usable]
    stands <- performances(d[who, , drop = FALSE], b[who, , drop = FALSE], w[who])[usable]
    again[is.na(again)] <- 0
    hits <- hits + vital(stands, again)
  }
  print(data.frame(driver = names_[usable], chance_of_vital = hits / resamples), digits = 3, row.names = FALSE)
}
"""
