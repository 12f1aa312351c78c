# Computes in R what insight computes, for the cases of reference/cases.json, and writes reference/R.json: one figure a
# line. `make fixtures` runs it from the top of the repository. Base R only; where base R has no such test the formula is
# spelled out and the tool reads "R formula". Surveys become one row a respondent, so that lm, mean and cov see plain data.

folder <- "insight/testdata/reference/"

# JSON is nearly R: objects and arrays become list(...). Good for our cases, which have no brackets or colons in strings.
read_json <- function(path) {
  text <- paste(readLines(path, encoding = "UTF-8"), collapse = "\n")
  text <- gsub('":', '"=', gsub("[\\[{]", "list(", gsub("[]}]", ")", text)))
  eval(parse(text = text))
}

cases <- read_json(paste0(folder, "cases.json"))
lines <- character(0)

# emit adds a figure: a number, or several as an array. The tolerance is relative.
emit <- function(method, case, figure, tool, value, tolerance = 1e-9) {
  value <- paste(sprintf("%.17g", value), collapse = ", ")
  lines <<- c(lines, sprintf('{"method": "%s", "case": "%s", "figure": "%s", "tool": "%s", "value": [%s], "tolerance": %g}',
                             method, case, figure, tool, value, tolerance))
}

num <- function(x) as.numeric(unlist(x))
z95 <- qnorm(0.975)
group <- c(1, 0, -1) # promoter, passive, detractor
respondents <- function(counts) rep(group, num(counts))
error <- function(x) sqrt(mean((x - mean(x))^2) / length(x)) # of a mean, with n below, not n - 1
two_sided <- function(z) 2 * pnorm(-abs(z))
clamp <- function(x, limit) pmax(-limit, pmin(limit, x))

# ---- NPS

# Rocks adds 3/4, 3/2, 3/4 of a respondent: a weighted mean of the groups.
adjusted <- function(counts) {
  w <- num(counts) + c(0.75, 1.5, 0.75)
  m <- weighted.mean(group, w)
  c(m, sqrt(weighted.mean((group - m)^2, w) / sum(w)))
}
points <- function(m, se) clamp(100 * c(m - z95 * se, m + z95 * se), 100)

for (case in cases$nps) {
  x <- respondents(case$counts)
  emit("NPS", case$name, "NPS", "R mean", 100 * mean(x))
  emit("NPS", case$name, "plain SE", "R formula", 100 * error(x))
  emit("NPS", case$name, "plain interval", "R formula", points(mean(x), error(x)))
  a <- adjusted(case$counts)
  emit("NPS", case$name, "adjusted mean and SE", "R weighted.mean", 100 * a)
  emit("NPS", case$name, "adjusted interval", "R formula", points(a[1], a[2]))
}

for (case in cases$weighted) {
  x <- num(case$x); w <- num(case$w)
  m <- weighted.mean(x, w); n <- sum(w)^2 / sum(w^2)
  emit("weighted NPS", case$name, "NPS", "R weighted.mean", 100 * m)
  emit("weighted NPS", case$name, "effective n", "R formula", n)
  emit("weighted NPS", case$name, "plain SE", "R formula", 100 * sqrt(weighted.mean((x - m)^2, w) / n))
  z <- num(case$theme) == 1
  side <- function(k) {
    mean <- weighted.mean(x[k], w[k])
    c(mean = mean, var = weighted.mean((x[k] - mean)^2, w[k]), n = sum(w[k])^2 / sum(w[k]^2))
  }
  t <- side(z); r <- side(!z); f <- sum(w[z]) / sum(w); gap <- t[["mean"]] - r[["mean"]]
  se <- sqrt(f^2 * (t[["var"]] / t[["n"]] + r[["var"]] / r[["n"]]) + gap^2 * f^2 * (1 - f)^2 * (1 / t[["n"]] + 1 / r[["n"]]))
  emit("weighted impact", case$name, "impact", "R weighted.mean", 100 * (m - r[["mean"]]))
  emit("weighted impact", case$name, "SE", "R formula", 100 * se)
}

# ---- Change between waves

for (case in cases$change) {
  before <- respondents(case$before); after <- respondents(case$after)
  n1 <- length(before); n2 <- length(after)
  shared <- 0
  if (!is.null(case$pairs)) {
    pairs <- matrix(num(case$pairs), 3, byrow = TRUE)
    cell <- rep(seq_along(pairs), pairs)
    first <- group[row(pairs)[cell]]; second <- group[col(pairs)[cell]]
    shared <- 2 * cov(first, second) * (length(first) - 1)
    if (length(first) == n1 && length(first) == n2) {
      emit("change", case$name, "plain SE", "R paired differences", 100 * error(second - first))
    }
  }
  compare <- function(label, delta, se) {
    z <- delta / se
    emit("change", case$name, paste(label, "change, SE, Z"), "R formula", c(100 * delta, 100 * se, z))
    emit("change", case$name, paste(label, "interval"), "R formula", clamp(100 * (delta + c(-1, 1) * z95 * se), 200))
    emit("change", case$name, paste(label, "p"), "R pnorm", two_sided(z))
  }
  plain <- sqrt(error(before)^2 + error(after)^2 - shared / (n1 * n2))
  emit("change", case$name, "plain SE", "R formula", 100 * plain)
  compare("plain", mean(after) - mean(before), plain)
  a1 <- adjusted(case$before); a2 <- adjusted(case$after)
  compare("adjusted", a2[1] - a1[1], sqrt(a1[2]^2 + a2[2]^2 - shared / ((n1 + 3) * (n2 + 3))))
  pooled <- mean((c(before, after) - mean(c(before, after)))^2)
  size <- 2 * pooled * (z95 + qnorm(0.8))^2 / (c(3, 5, 10) / 100)^2
  emit("change", case$name, "wave size for 3, 5, 10 points", "R formula", ceiling(size))
}

# ---- Impact of a theme

set.seed(1)
for (case in cases$impact) {
  base <- num(case$base); with <- num(case$theme)
  x <- rep(c(group, group), c(with, base - with))
  z <- rep(c(1, 0), c(sum(with), sum(base - with)))
  n <- length(x)
  impact <- mean(x) - mean(x[z == 0])
  influence <- (x - mean(x)) - (1 - z) * (x - mean(x[z == 0])) / mean(1 - z)
  se <- sqrt(sum(influence^2)) / n
  emit("impact", case$name, "impact", "R mean", 100 * impact)
  emit("impact", case$name, "SE", "R influence function", 100 * se)
  emit("impact", case$name, "interval", "R influence function", 100 * (impact + c(-1, 1) * z95 * se))
  gap <- mean(x[z == 1]) - mean(x[z == 0])
  gap_se <- sqrt(error(x[z == 1])^2 + error(x[z == 0])^2)
  emit("impact", case$name, "gap, SE, Z", "R formula", c(100 * gap, 100 * gap_se, gap / gap_se))
  if (min(sum(z), sum(1 - z)) >= 30) {
    emit("impact", case$name, "p", "R pnorm", two_sided(gap / gap_se))
  }
  if (min(sum(z), sum(1 - z)) >= 30) { # below, the delta method is known to be off: see the simulation
    draws <- rmultinom(20000, n, c(with, base - with))
    balance <- draws[1, ] - draws[3, ] + draws[4, ] - draws[6, ]
    rest <- (draws[4, ] - draws[6, ]) / colSums(draws[4:6, ])
    emit("impact", case$name, "SE", "R bootstrap, 20,000 draws", 100 * sd(balance / n - rest), 0.03)
  }
}

# ---- Association with the groups

wilson <- function(k, n) suppressWarnings(prop.test(k, n, correct = FALSE)$conf.int)
for (case in cases$association) {
  t <- num(case$table); m <- matrix(t, 2, byrow = TRUE)
  n <- rowSums(m); p <- m[, 1] / n
  w1 <- wilson(t[1], n[1]); w2 <- wilson(t[3], n[2])
  emit("association", case$name, "Wilson, detractors", "R prop.test", w1)
  emit("association", case$name, "Wilson, promoters", "R prop.test", w2)
  d <- p[1] - p[2]
  newcombe <- c(d - sqrt((p[1] - w1[1])^2 + (w2[2] - p[2])^2), d + sqrt((w1[2] - p[1])^2 + (p[2] - w2[1])^2))
  emit("association", case$name, "Newcombe", "R formula on prop.test", newcombe)
  log_or <- sum(c(1, -1, -1, 1) * log(t + 0.5)); se <- sqrt(sum(1 / (t + 0.5)))
  emit("association", case$name, "odds ratio", "R formula", exp(log_or + c(0, -1, 1) * z95 * se))
  emit("association", case$name, "log SE", "R formula", se)
  fisher <- fisher.test(m)$p.value
  emit("association", case$name, "Fisher p", "R fisher.test", fisher)
  test <- suppressWarnings(chisq.test(m, correct = FALSE))
  if (min(test$expected) < 5) {
    emit("association", case$name, "p", "R fisher.test", fisher)
  } else {
    emit("association", case$name, "p", "R chisq.test", test$p.value)
  }
}

# Breslow and Day's statistic: base R has none. The expected first cell solves (a e) / (b c) = psi given the margins.
breslow_day <- function(tables, psi) {
  sum(apply(tables, 3, function(t) {
    r <- sum(t[1, ]); c <- sum(t[, 1]); n <- sum(t)
    expected <- function(a) c(a, r - a, c - a, n - r - c + a)
    off <- function(a) { e <- expected(a); e[1] * e[4] - psi * e[2] * e[3] }
    a <- uniroot(off, c(max(0, r + c - n), min(r, c)), tol = 1e-14)$root
    (t[1, 1] - a)^2 * sum(1 / expected(a))
  }))
}
for (case in cases$strata) {
  tables <- array(num(case$tables), c(2, 2, length(case$tables)))
  tables <- aperm(tables, c(2, 1, 3)) # the cells come row by row
  test <- mantelhaen.test(tables)
  emit("Mantel-Haenszel", case$name, "odds ratio", "R mantelhaen.test", c(test$estimate, test$conf.int))
  emit("Mantel-Haenszel", case$name, "corrected p", "R mantelhaen.test", test$p.value)
  emit("Mantel-Haenszel", case$name, "uncorrected p", "R mantelhaen.test", mantelhaen.test(tables, correct = FALSE)$p.value)
  statistic <- breslow_day(tables, test$estimate)
  emit("Mantel-Haenszel", case$name, "Breslow-Day", "R uniroot", statistic)
  emit("Mantel-Haenszel", case$name, "Breslow-Day p", "R uniroot, pchisq", pchisq(statistic, length(case$tables) - 1, lower.tail = FALSE))
}

# ---- Multiplicity

for (case in cases$adjust) {
  for (method in c("BH", "BY", "holm")) {
    emit("multiplicity", case$name, method, "R p.adjust", p.adjust(num(case$p), method))
  }
}

# ---- Importance

# LMG by its definition: what a column adds to R2, averaged over the sets it can join. Controls are always in.
lmg <- function(y, columns, controls) {
  k <- ncol(columns)
  r2 <- sapply(0:(2^k - 1), function(set) {
    chosen <- bitwAnd(set, 2^(0:(k - 1))) > 0
    summary(lm(y ~ cbind(1, controls, columns[, chosen, drop = FALSE])))$r.squared
  })
  sapply(1:k, function(j) {
    bit <- 2^(j - 1)
    without <- which(bitwAnd(0:(2^k - 1), bit) == 0)
    size <- sapply(without - 1, function(set) sum(bitwAnd(set, 2^(0:(k - 1))) > 0))
    sum((r2[without + bit] - r2[without]) / (k * choose(k - 1, size)))
  })
}

for (case in cases$columns) {
  rows <- matrix(num(case$rows), length(case$rows), byrow = TRUE)
  k <- ncol(rows) - 1
  y <- rows[, k + 1]; columns <- rows[, 1:k]
  emit("importance", case$name, "R2", "R lm", summary(lm(y ~ columns))$r.squared)
  emit("importance", case$name, "LMG", "R lm, all subsets", lmg(y, columns, matrix(0, length(y), 0)))
}

# survey spreads patterns into a row a respondent: score, stratum and a 0/1 column for each driver.
survey <- function(case) {
  n <- sapply(case$patterns, function(p) p$n)
  column <- function(j) sapply(case$patterns, function(p) as.numeric(j %in% num(p$drivers)))
  score <- sapply(case$patterns, function(p) p$score)
  stratum <- sapply(case$patterns, function(p) p$stratum)
  pick <- rep(seq_along(n), n)
  list(y = ifelse(score >= 9, 1, ifelse(score >= 7, 0, -1))[pick], stratum = stratum[pick],
       columns = sapply(0:(case$drivers - 1), column)[pick, ])
}

for (case in cases$patterns) {
  s <- survey(case)
  strata <- sort(unique(s$stratum))[-1]
  controls <- outer(s$stratum, strata, "==") + 0
  before <- summary(lm(s$y ~ cbind(1, controls)))$r.squared
  emit("importance", case$name, "R2", "R lm", summary(lm(s$y ~ cbind(s$columns, controls)))$r.squared - before)
  emit("importance", case$name, "LMG", "R lm, all subsets", lmg(s$y, s$columns, controls))
}

# ---- Effects per mention: HC3 from the leverages of lm

for (case in c(cases$patterns, cases$weighted_patterns)) {
  s <- survey(case)
  w <- rep(1, length(s$y))
  if (!is.null(case$weights)) w <- rep(num(case$weights), sapply(case$patterns, function(p) p$n))
  controls <- outer(s$stratum, sort(unique(s$stratum))[-1], "==") + 0
  fit <- lm(s$y ~ cbind(s$columns, controls), weights = w)
  x <- model.matrix(fit)
  bread <- solve(crossprod(x * sqrt(w)))
  hc3 <- bread %*% crossprod(x * (w * residuals(fit) / (1 - hatvalues(fit)))) %*% bread
  drivers <- 1 + seq_len(case$drivers)
  se <- sqrt(diag(hc3))[drivers]; effect <- coef(fit)[drivers]
  emit("effect per mention", case$name, "effect", "R lm", 100 * effect)
  emit("effect per mention", case$name, "HC3 SE", "R lm, hatvalues", 100 * se)
  emit("effect per mention", case$name, "p", "R pnorm", two_sided(effect / se))
  for (theme in seq_len(case$drivers %/% 2)) { # praise and blame of a theme are neighbours
    pair <- 2 * theme + 0:1
    sum_se <- sqrt(sum(hc3[pair, pair])); contrast <- sum(coef(fit)[pair])
    name <- paste("contrast of theme", theme)
    emit("penalty and reward", case$name, name, "R lm, hatvalues", 100 * (contrast + c(0, -1, 1) * z95 * sum_se))
    emit("penalty and reward", case$name, paste0(name, ", p"), "R pnorm", two_sided(contrast / sum_se))
  }
}

# ---- Distinctive words

for (case in cases$words) {
  y <- cbind(num(case$detractors), num(case$promoters))
  n <- rev(num(case$documents)) # detractors first, as in y
  prior <- case$prior * rowSums(y) / sum(n)
  rate <- cbind((y[, 1] + prior) / (n[1] + case$prior), (y[, 2] + prior) / (n[2] + case$prior))
  delta <- qlogis(rate[, 1]) - qlogis(rate[, 2])
  size <- rep(n + case$prior, each = nrow(y))
  se <- sqrt(rowSums(matrix(1 / (size * rate * (1 - rate)), nrow(y)))) # 1/a + 1/b of a group of size a + b
  emit("distinctive words", case$name, "log-odds", "R qlogis", delta)
  emit("distinctive words", case$name, "z", "R formula", delta / se)
  emit("distinctive words", case$name, "p", "R pnorm", two_sided(delta / se))
}

# ---- Tagger error: the delta method with numerical slopes

for (case in cases$tagger) {
  base <- num(case$base); with <- num(case$theme); n <- sum(base)
  x <- respondents(with); rest <- respondents(base - with)
  gap <- mean(x) - mean(rest)
  truth <- function(v) { # observed share, sensitivity, specificity, observed gap
    prevalence <- (v[1] + v[3] - 1) / (v[2] + v[3] - 1)
    ppv <- v[2] * prevalence / v[1]; npv <- v[3] * (1 - prevalence) / (1 - v[1])
    c(prevalence, ppv, npv, v[4] / (ppv + npv - 1), prevalence * v[4] / (ppv + npv - 1))
  }
  audited <- function(k) { p <- (k[1] + 2) / (k[2] + 4); p * (1 - p) / (k[2] + 4) }
  sensitivity <- num(case$sensitivity); specificity <- num(case$specificity)
  at <- c(sum(with) / n, sensitivity[1] / sensitivity[2], specificity[1] / specificity[2], gap)
  variance <- c(at[1] * (1 - at[1]) / n, audited(sensitivity), audited(specificity), error(x)^2 + error(rest)^2)
  slopes <- sapply(1:4, function(i) { h <- replace(numeric(4), i, 1e-5); (truth(at + h) - truth(at - h)) / 2e-5 })
  se <- sqrt(slopes^2 %*% variance)
  value <- truth(at)
  emit("tagger error", case$name, "prevalence, PPV, NPV", "R formula", value[1:3])
  emit("tagger error", case$name, "gap", "R formula", 100 * value[4])
  emit("tagger error", case$name, "impact", "R formula", 100 * value[5])
  ends <- function(i, limits) pmax(limits[1], pmin(limits[2], value[i] + c(-1, 1) * z95 * se[i]))
  emit("tagger error", case$name, "prevalence interval", "R numerical delta method", ends(1, c(0, 1)), 1e-6)
  emit("tagger error", case$name, "gap interval", "R numerical delta method", 100 * ends(4, c(-2, 2)), 1e-6)
  emit("tagger error", case$name, "impact interval", "R numerical delta method", 100 * ends(5, c(-2, 2)), 1e-6)
}

# ---- Decomposition of a change

for (case in cases$decomposition) {
  split <- function(base, with) {
    x <- respondents(with); rest <- respondents(num(base) - num(with))
    c(share = length(x) / sum(num(base)), rest = mean(rest), gap = mean(x) - mean(rest))
  }
  a <- split(case$before, case$before_theme); b <- split(case$after, case$after_theme)
  d <- b - a; middle <- (a + b) / 2
  parts <- unname(c(d["rest"], d["share"] * middle["gap"], d["gap"] * middle["share"]))
  emit("decomposition", case$name, "rest, volume, severity", "R formula", 100 * parts)
  emit("decomposition", case$name, "sum", "R mean", 100 * (mean(respondents(case$after)) - mean(respondents(case$before))))
}

writeLines(c("[", paste0(" ", lines, c(rep(",", length(lines) - 1), "")), "]"), paste0(folder, "R.json"))
cat(length(lines), "figures from", R.version.string, "\n")
