"""Computes with SciPy what insight computes, for the cases of reference/cases.json, and writes reference/SciPy.json.

`make fixtures` runs it from the top of the repository. It covers what R has no function for (exact permutation,
Johnson's relative weights by numpy's eigenvectors) and repeats tests that both have.
"""

import itertools
import json

import numpy as np
import scipy
from scipy import stats

FOLDER = "insight/testdata/reference/"
lines = []


def emit(method, case, figure, tool, value, tolerance=1e-9):
    """Adds a figure: a number, or several as an array. The tolerance is relative."""
    row = {"method": method, "case": case, "figure": figure, "tool": "SciPy " + tool}
    row |= {"value": [float(v) for v in np.atleast_1d(value)], "tolerance": tolerance}
    lines.append(json.dumps(row))


def sums(base, size):
    """The distribution of promoters minus detractors among `size` responses drawn from base: value -> probability."""
    out = {}
    law = stats.multivariate_hypergeom(base, size)
    for promoters, passives in itertools.product(range(size + 1), repeat=2):
        detractors = size - promoters - passives
        if detractors >= 0:
            p = law.pmf([promoters, passives, detractors])
            out[promoters - detractors] = out.get(promoters - detractors, 0) + p
    return out


def permutation_p(bases, themes):
    """Two-sided exact p within strata: the probability of a sum at least as far from its expectation as the observed."""
    total, observed, expected = {0: 1.0}, 0, 0.0
    for base, theme in zip(bases, themes):
        size = sum(theme)
        observed += theme[0] - theme[2]
        expected += size * (base[0] - base[2]) / sum(base)
        drawn = sums(base, size)
        joint = {}
        for (a, p), (b, q) in itertools.product(total.items(), drawn.items()):
            joint[a + b] = joint.get(a + b, 0) + p * q
        total = joint
    far = abs(observed - expected) * (1 - 1e-9)
    return sum(p for s, p in total.items() if abs(s - expected) >= far)


def johnson(rows):
    """Relative weights of the columns for the last one, from the eigenvectors of the correlation matrix."""
    r = np.corrcoef(np.asarray(rows, float), rowvar=False)
    values, vectors = np.linalg.eigh(r[:-1, :-1])
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    beta = np.linalg.solve(root, r[:-1, -1])
    return root**2 @ beta**2


def survey(case):
    """A row a respondent: the drivers as 0/1, x last, with the mean of the stratum taken out; and the share of x left."""
    x, drivers, strata = [], [], []
    for p in case["patterns"]:
        group = 1 if p["score"] >= 9 else 0 if p["score"] >= 7 else -1
        x += [group] * p["n"]
        strata += [p["stratum"]] * p["n"]
        drivers += [[float(d in p["drivers"]) for d in range(case["drivers"])]] * p["n"]
    rows, strata = np.column_stack([drivers, x]), np.array(strata)
    total = np.var(rows[:, -1])
    for s in set(strata):
        rows[strata == s] -= rows[strata == s].mean(axis=0)
    return rows, np.var(rows[:, -1]) / total


with open(FOLDER + "cases.json", encoding="utf-8") as file:
    cases = json.load(file)

for case in cases["impact"]:
    sizes = [sum(case["theme"]), sum(case["base"]) - sum(case["theme"])]
    if min(sizes) <= 90:  # the enumeration grows with the square
        theme = case["theme"]
        if sizes[1] < sizes[0]:
            theme = [b - t for b, t in zip(case["base"], theme)]
        emit("impact", case["name"], "exact p", "multivariate_hypergeom", permutation_p([case["base"]], [theme]))
for case in cases["stratified"]:
    emit("impact", case["name"], "exact p within strata", "multivariate_hypergeom", permutation_p(case["base"], case["theme"]))

for case in cases["association"]:
    a, b, c, e = case["table"]
    table = [[a, b], [c, e]]
    emit("association", case["name"], "Fisher p", "fisher_exact", stats.fisher_exact(table)[1])
    chi2, p, _, expected = stats.chi2_contingency(table, correction=False)
    if expected.min() >= 5:
        emit("association", case["name"], "p", "chi2_contingency", p)
    for figure, k, n in [("Wilson, detractors", a, a + b), ("Wilson, promoters", c, c + e)]:
        ci = stats.binomtest(k, n).proportion_ci(method="wilson")
        emit("association", case["name"], figure, "binomtest", [ci.low, ci.high])

for case in cases["columns"]:
    emit("importance", case["name"], "Johnson", "(numpy.linalg.eigh)", johnson(case["rows"]))
for case in cases["patterns"]:
    rows, left = survey(case)
    emit("importance", case["name"], "Johnson", "(numpy.linalg.eigh)", johnson(rows) * left)

with open(FOLDER + "SciPy.json", "w", encoding="utf-8") as file:
    file.write("[\n " + ",\n ".join(lines) + "\n]\n")
print(len(lines), "figures from SciPy", scipy.__version__)
