"""Amounts of money as whole minor units."""

FACTORS = {"EUR": 100, "USD": 100}


def to_minor(amount: str, currency: str) -> int:
    return round(float(amount) * FACTORS[currency])
