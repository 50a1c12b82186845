"""Scores a payment between 0 and 1; the model is loaded once per environment, which takes its time."""

import math
import time
from typing import Any

LOADED_AT = time.time()
WEIGHTS = {"amount": 0.002, "age_days": -0.01, "countries": 0.7, "attempts": 0.45}
BIAS = -2.2


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    signal = BIAS + sum(weight * float(event.get(name, 0)) for name, weight in WEIGHTS.items())
    score = 1 / (1 + math.exp(-signal))
    return {
        "score": round(score, 4),
        "verdict": "review" if score > 0.7 else "accept",
        "model_age_s": round(time.time() - LOADED_AT),
    }
