"""An analysis as rows, figures and tests, and the script in base R that comes to the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isinf
from typing import Any

from app.voice.comparing import Difference
from app.voice.tallies import Figure, Measure, Sums, influence
from app.web.sheets import Cell

FIGURES = ("figures", "wave", "row", "column", "weighted", "n", "effective", "value", "low", "high")
TESTS = ("family", "wave", "row", "column", "rest", "wave_2", "row_2", "column_2", "weighted")
TESTED = ("change", "statistic", "df", "p", "corrected")
ROWS = ("wave", "row", "column", "value", "top", "weight", "account", "day")
SUMS = ("n", "weight_sum", "squares", "total", "total_squares", "centre", "accounts", "variance")


@dataclass(frozen=True)
class Group:
    """Who stands behind a figure, as the rows name them: an empty name is for all. `rest`: all others."""

    wave: str
    row: str = ""
    column: str = ""
    rest: str = ""


@dataclass(frozen=True)
class Told:
    group: Group
    weighted: bool
    figure: Figure
    sums: Sums


@dataclass(frozen=True)
class Tested:
    """`after` minus `before`."""

    family: str
    before: Group
    after: Group
    weighted: bool
    difference: Difference
    sums: tuple[Sums, Sums]


def figures_table(told: Sequence[Told]) -> Iterator[Sequence[Cell]]:
    yield FIGURES[1:]
    for one in told:
        group, estimate = one.group, one.figure.estimate
        effective = one.figure.effective
        known = (estimate.value, estimate.low, estimate.high)
        yield (group.wave, group.row, group.column, int(one.weighted), estimate.n, effective, *known)


def tests_table(tested: Sequence[Tested]) -> Iterator[Sequence[Cell]]:
    yield (*TESTS, *TESTED)
    for one in tested:
        before, after, found = one.before, one.after, one.difference
        sides = (after.wave, after.row, after.column, before.rest, before.wave, before.row, before.column)
        df = "Inf" if isinf(found.df) else found.df
        yield (one.family, *sides, int(one.weighted), found.change, found.statistic, df, found.p, found.corrected)


def sums_table(told: Sequence[Told], tested: Sequence[Tested]) -> Iterator[Sequence[Cell]]:
    """Of every group that is named: for those who may not see rows."""
    yield ("wave", "row", "column", "rest", "weighted", *SUMS)
    sides = [(one.group, one.weighted, one.sums) for one in told]
    for test in tested:
        sides += [(test.before, test.weighted, test.sums[0]), (test.after, test.weighted, test.sums[1])]
    known = {(group, weighted): sums for group, weighted, sums in sides}
    for (group, weighted), sums in known.items():
        many = sums.accounts.many if sums.accounts else None
        over = many / (many - 1) * float((influence(sums) ** 2).sum()) if many and many > 1 else None
        own = (sums.n, sums.weight, sums.squares, sums.total, sums.total_squares, sums.centre, many, over)
        yield (group.wave, group.row, group.column, group.rest, int(weighted), *own)


def script(measure: Measure, correction: str, clustered: bool, rows: bool, title: str) -> str:
    """analysis.R: reads the files beside it, works everything out again, and says how far it is from what was shown."""
    told = {
        "@TITLE@": " ".join(title.split()).encode("ascii", "replace").decode(),
        "@MEASURE@": measure.value,
        "@CORRECTION@": {"holm": "holm", "bh": "BH"}.get(correction, "none"),
        "@CLUSTERED@": "TRUE" if clustered else "FALSE",
        "@FILE@": "rows.csv" if rows else "cells.csv",
        "@ROWS@": "TRUE" if rows else "FALSE",
    }
    text = SCRIPT
    for mark, words in told.items():
        text = text.replace(mark, words)
    return text


def readme(title: str, rows: bool, withheld: int, options: Any) -> str:
    data = (
        "rows.csv      one line an answer: what it belongs to, the answer, its weight, its account (by number), its day"
        if rows
        else "cells.csv     sums of every group that is shown. You may not see the rows of this source, so they are not"
        " here; tests over accounts and medians need them and are left out of the script"
    )
    gone = f"\n{withheld} figures are withheld, because too few people stand behind them.\n" if withheld else ""
    return README.format(title=title, data=data, gone=gone, made=options.get("made", ""))


README = """{title}

{data}
figures.csv   the figures as they were shown, unrounded, with their 95 % intervals
tests.csv     the tests as they were shown; in each, the second group (wave_2 ...) is taken from the first
options.json  what was asked, the versions and the files that the answers came from
analysis.R    works figures.csv and tests.csv out again and says how far it comes from them

Run it with R 3.5 or later, in this folder:  Rscript analysis.R
It needs no packages, writes reproduced_figures.csv and reproduced_tests.csv, and ends with an error where something
differs by more than one millionth. Nothing here is drawn by chance, so the seed changes nothing.
{gone}
Made {made}.
"""

SCRIPT = r"""# @TITLE@
# Works out again what Pilotage showed: reads the files beside it, needs base R alone.
measure <- "@MEASURE@"        # nps, mean, top two, share or median
correction <- "@CORRECTION@"  # as p.adjust names it
clustered <- @CLUSTERED@      # answers belong to accounts
with_rows <- @ROWS@
set.seed(1)                   # nothing below is drawn by chance

read <- function(name) read.csv(name, check.names = FALSE, na.strings = character(0), colClasses = "character",
                                encoding = "UTF-8")
number <- function(text) suppressWarnings(as.numeric(text))
data <- read("@FILE@")
shown <- read("figures.csv")
tests <- read("tests.csv")
times <- if (measure %in% c("nps", "top two", "share")) 100 else 1
tested_as <- if (measure == "median") "mean" else measure

# -- sums of a group of answers: n, sum w, sum w^2, sum w y, sum w y^2, and of each account
scored <- function(d) {
  value <- number(d$value)
  if (measure == "nps") return((value >= 9) - (value <= 6))
  if (measure == "top two") return(as.numeric(value >= number(d$top) - 1e-9))
  value
}
matches <- function(d, wave, row, column, rest = "") {
  same <- function(have, want, is_rest) if (is_rest) have != want else want == "" | have == want
  d$wave == wave & same(d$row, row, rest == "row") & same(d$column, column, rest == "column")
}
sums_of <- function(wave, row, column, rest, weighted) {
  if (with_rows) {
    d <- data[matches(data, wave, row, column, rest), ]
    y <- scored(d)
    keep <- !is.na(y)
    y <- y[keep]
    w <- if (weighted) number(d$weight[keep]) else rep(1, length(y))
    w[is.na(w)] <- 0
    centre <- if (tested_as == "mean" && length(y)) mean(y) else 0
    sums <- list(n = length(y), y = y, w = w, W = sum(w), W2 = sum(w^2), WY = sum(w * (y - centre)),
                 WYY = sum(w * (y - centre)^2), centre = centre)
    sums$clustered <- clustered && any(d$account != "")
    if (sums$clustered) {
      account <- d$account[keep]
      mean_y <- sums$WY / sums$W
      sums$u <- tapply(w * (y - centre - mean_y), account, sum) / sums$W
    }
    return(sums)
  }
  d <- data[data$wave == wave & data$row == row & data$column == column & data$rest == rest &
            data$weighted == as.character(as.integer(weighted)), ][1, ]
  list(n = number(d$n), W = number(d$weight_sum), W2 = number(d$squares), WY = number(d$total),
       WYY = number(d$total_squares), centre = number(d$centre), accounts = number(d$accounts),
       clustered = !is.na(number(d$accounts)),
       variance = number(d$variance))
}

# -- figures: NPS by adjusted Wald (Rocks 2016), shares by Wilson (1927), means by Student; Kish's n for weights
adjusted_wald <- function(s, n) {
  net <- s$WY / s$W * n / (n + 3)
  said <- (s$WYY / s$W * n + 1.5) / (n + 3)
  c(net, sqrt((said - net^2) / (n + 3)))
}
wilson <- function(p, n, z) c((p + z^2 / (2 * n)) / (1 + z^2 / n),
                              z / (1 + z^2 / n) * sqrt(max(0, p * (1 - p)) / n + z^2 / (4 * n^2)))
share_error <- function(p, n) {
  if (p * (1 - p) > 1e-12) return(sqrt(p * (1 - p) / n))
  p <- (p * n + 2) / (n + 4)
  sqrt(p * (1 - p) / (n + 4))
}
figure <- function(s, kind) {
  none <- list(n = s$n, effective = 0, value = NA, low = NA, high = NA, error = NA, df = Inf)
  if (s$n == 0 || s$W == 0) return(none)
  value <- s$WY / s$W + s$centre
  spread <- max(0, s$WYY / s$W - (s$WY / s$W)^2)
  n <- s$W^2 / s$W2
  z <- qnorm(0.975)
  df <- Inf
  error <- NA
  if (s$clustered) {
    many <- if (with_rows) length(s$u) else s$accounts
    if (many < 2) {
      none$value <- if (kind == "mean") value else times * value
      none$effective <- min(s$n, 1)
      return(none)
    }
    variance <- if (with_rows) many / (many - 1) * sum(s$u^2) else s$variance
    n <- if (variance > 0) min(s$n, spread / variance) else min(s$n, many)
    df <- many - 1
    z <- qt(0.975, df)
    error <- if (variance > 0) sqrt(variance) else NA
  }
  scale <- if (kind == "mean") 1 else 100
  if (kind == "nps") {
    a <- adjusted_wald(s, n)
    reach <- c(a[1] - z * a[2], a[1] + z * a[2])
    reach <- c(max(-1, reach[1]), min(1, reach[2]))
    if (is.na(error)) error <- if (!s$clustered && spread > 0) sqrt(spread / n) else a[2]
  } else if (kind != "mean") {
    a <- wilson(value, n, z)
    reach <- c(max(0, a[1] - a[2]), min(1, a[1] + a[2]))
    if (is.na(error)) error <- share_error(value, n)
  } else {
    if (!s$clustered) {
      if (n < 2) return(modifyList(none, list(effective = n, value = value)))
      error <- sqrt(spread / (n - 1))
      df <- n - 1
      z <- qt(0.975, df)
    } else if (is.na(error)) error <- 0
    reach <- c(value - z * error, value + z * error)
  }
  list(n = s$n, effective = n, value = scale * value, low = scale * reach[1], high = scale * reach[2],
       error = scale * error, df = df)
}
# the middle answer, its interval by Woodruff (1952)
median_figure <- function(s) {
  if (s$n == 0 || s$W == 0) return(list(n = s$n, effective = 0, value = NA, low = NA, high = NA))
  order_y <- order(s$y)
  y <- s$y[order_y]
  w <- s$w[order_y]
  plain <- figure(s, "mean")
  n <- s$W^2 / s$W2
  if (length(unique(w)) == 1 && plain$effective > 0) n <- n / max(1, s$n / plain$effective)
  reach <- qnorm(0.975) * 0.5 / sqrt(n)
  reached <- cumsum(w) / sum(w)
  at <- function(part) {
    place <- min(which(reached >= part - 1e-12), length(y))
    if (abs(reached[place] - part) < 1e-12 && place < length(y)) (y[place] + y[place + 1]) / 2 else y[place]
  }
  ends <- if (reach >= 0.5) c(NA, NA) else c(at(0.5 - reach), at(0.5 + reach))
  list(n = s$n, effective = plain$effective, value = at(0.5), low = ends[1], high = ends[2])
}
# the first group minus the second; over accounts both together, else Welch (1947) for means and the normal for others
difference <- function(first, second) {
  a <- figure(first, tested_as)
  b <- figure(second, tested_as)
  change <- a$value - b$value
  apart <- a$error^2 + b$error^2
  df <- Inf
  scale <- if (tested_as == "mean") 1 else 100
  if (first$clustered != second$clustered) {
    df <- min(a$df, b$df)
  } else if (first$clustered) {
    both <- tapply(c(first$u, -second$u), c(names(first$u), names(second$u)), sum)
    many <- length(both)
    joint <- scale^2 * many / (many - 1) * sum(both^2)
    if (joint > 0) apart <- joint
    df <- many - 1
  } else if (tested_as == "mean") {
    df <- apart^2 / (a$error^4 / a$df + b$error^4 / b$df)
  }
  statistic <- change / sqrt(apart)
  list(change = change, statistic = statistic, df = df,
       p = if (is.infinite(df)) 2 * pnorm(-abs(statistic)) else 2 * pt(-abs(statistic), df))
}

# -- everything again
again <- shown
for (i in seq_len(nrow(shown))) {
  s <- sums_of(shown$wave[i], shown$row[i], shown$column[i], "", shown$weighted[i] == "1")
  if (measure == "median" && !with_rows) next
  f <- if (measure == "median") median_figure(s) else figure(s, measure)
  for (name in c("n", "effective", "value", "low", "high")) again[i, name] <- format(f[[name]], digits = 15)
}
can_test <- with_rows || !clustered
repeated <- tests
if (can_test && nrow(tests)) {
  found <- lapply(seq_len(nrow(tests)), function(i) difference(
    sums_of(tests$wave[i], tests$row[i], tests$column[i], "", tests$weighted[i] == "1"),
    sums_of(tests$wave_2[i], tests$row_2[i], tests$column_2[i], tests$rest[i], tests$weighted[i] == "1")))
  for (name in c("change", "statistic", "df", "p")) repeated[[name]] <- sapply(found, function(f) f[[name]])
  repeated$corrected <- ave(number(repeated$p), tests$family, FUN = function(p) p.adjust(p, correction))
}
write.csv(again, "reproduced_figures.csv", row.names = FALSE)
write.csv(repeated, "reproduced_tests.csv", row.names = FALSE)

# -- and how far it is from what was shown
far <- function(mine, theirs) {
  a <- number(mine)
  b <- number(theirs)
  if (any(is.na(a) != is.na(b))) return(Inf)
  same <- is.infinite(a) & is.infinite(b)
  gap <- abs(a - b) / pmax(1, abs(b))
  max(0, gap[!is.na(gap) & !same])
}
gaps <- c(sapply(c("n", "effective", "value", "low", "high"), function(name) far(again[[name]], shown[[name]])),
          if (can_test && nrow(tests)) sapply(c("change", "statistic", "df", "p", "corrected"),
                                              function(name) far(repeated[[name]], tests[[name]])))
print(shown, right = FALSE)
cat(sprintf("%d figures and %d tests worked out again; the largest difference is %.2g\n",
            nrow(shown), if (can_test) nrow(tests) else 0L, max(gaps)))
if (!can_test && nrow(tests)) cat("The tests are over accounts and need the rows: they stand as they were shown.\n")
if (max(gaps) > 1e-6) stop("What is worked out here differs from what was shown.")
"""
