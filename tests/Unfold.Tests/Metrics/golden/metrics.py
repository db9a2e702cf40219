"""Metrics by scikit-learn, of answers that are given with them: writes metrics.json beside itself.

Run with a Python that has scikit-learn (made with 1.2.1). sMAPE and MASE, which scikit-learn has not, are written out from their definitions.
"""
import json
import math
import os
import warnings

import numpy
import sklearn.metrics as metrics

warnings.simplefilter("ignore")  # undefined numbers are 0, which is what is asked for here


def classes(name, actual, predicted, count, subset):
    every = list(range(count))
    scores = metrics.precision_recall_fscore_support

    def of(average, labels=None):
        return [float(value) for value in scores(actual, predicted, average=average, labels=labels)[:3]]

    return {
        "name": name, "classes": count, "actual": actual, "predicted": predicted, "subset": subset,
        "accuracy": metrics.accuracy_score(actual, predicted),
        "matrix": metrics.confusion_matrix(actual, predicted, labels=every).tolist(),
        "each": [[float(value) for value in row] for row in scores(actual, predicted, average=None, labels=every)[:3]],
        "macro": of("macro"), "micro": of("micro"),
        "subset_macro": of("macro", subset), "subset_micro": of("micro", subset),
    }


def top_k(rows, count):
    scores = [[math.sin(3.7 * row + 1.3 * column * column) for column in range(count)] for row in range(rows)]
    scores = numpy.float32(scores)
    labels = [(row * row + 1) % count for row in range(rows)]
    hits = [metrics.top_k_accuracy_score(labels, scores, k=k, labels=list(range(count))) for k in range(1, count)]
    return {"classes": count, "scores": scores.ravel().tolist(), "labels": labels, "accuracy": hits}


def numbers(name, actual, predicted, training, period):
    actual, predicted, training = (numpy.float32(values).astype(float) for values in (actual, predicted, training))
    sizes = numpy.abs(actual) + numpy.abs(predicted)
    errors = numpy.abs(actual - predicted)
    naive = numpy.abs(training[period:] - training[:-period]).mean()
    return {
        "name": name, "actual": actual.tolist(), "predicted": predicted.tolist(), "training": training.tolist(), "period": period,
        "mse": metrics.mean_squared_error(actual, predicted),
        "rmse": metrics.mean_squared_error(actual, predicted, squared=False),
        "mae": metrics.mean_absolute_error(actual, predicted),
        "mape": metrics.mean_absolute_percentage_error(actual, predicted),
        "smape": float(numpy.mean([2 * e / s if s > 0 else 0 for e, s in zip(errors, sizes)])),
        "mase": float(errors.mean() / naive),
        "r2": metrics.r2_score(actual, predicted),
    }


ROWS = 40
SERIES = [math.sin(0.9 * i) + 0.1 * i + 1.5 for i in range(30)]
golden = {
    "classification": [
        classes("usual", [i * i % 5 for i in range(ROWS)], [(i * i + (i % 3 == 0)) % 5 for i in range(ROWS)], 5, [1, 4]),
        classes("binary", [int(i % 3 == 0) for i in range(ROWS)], [int(i % 4 == 0) for i in range(ROWS)], 2, [1]),
        classes("a class that is never predicted", [0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 1], 3, [0, 2]),
        classes("a class that never occurs", [0, 1, 1, 0, 3], [0, 1, 2, 0, 3], 4, [1, 3]),
        classes("a class that is nowhere", [0, 1, 1, 0], [0, 1, 0, 0], 3, [1, 2]),
        classes("all wrong", [0, 0, 1], [1, 1, 0], 2, [0]),
        classes("all right", [0, 2, 1], [0, 2, 1], 3, [2]),
    ],
    "top_k": top_k(25, 6),
    "regression": [
        numbers("usual", SERIES, [value + 0.3 * math.cos(2.3 * i) for i, value in enumerate(SERIES)], SERIES, 1),
        numbers("of a season", SERIES[:5], [0.2, 0.4, 1.5, 0.1, -0.7], SERIES, 7),
        numbers("zeros", [0, 1, 0, -2], [0, 0.5, 0.25, -2], [1, 2, 4], 1),
        numbers("equal numbers, missed", [2, 2, 2], [2, 2.5, 2], [1, 2], 1),
        numbers("equal numbers, met", [2, 2, 2], [2, 2, 2], [1, 2], 1),
        numbers("worse than the mean", [1, 2, 3], [3, 2, 1], [1, 3], 1),
    ],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
