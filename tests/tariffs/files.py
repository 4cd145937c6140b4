"""Small tariffs for tests: one rate, levels for each resident, two zones."""

FLAT = """code = "flat"
service = "power"
currency = "KZT"
name = { ru = "Одноставочный", kk = "Бір ставкалы", en = "Flat" }
unit = { ru = "кВт·ч" }
default = true

[[periods]]
from = 2025-01-01
[[periods.rates]]
total = ["20.00"]

[[periods]]
from = 2026-10-01
[[periods.rates]]
total = ["24.35"]
"""

LEVELS = """code = "levels"
service = "power"
currency = "KZT"
name = { ru = "По уровням", en = "Levels" }
unit = { ru = "кВт·ч" }
categories = ["electric_stove"]
steps = "levels"
per = "resident"
proration = "30.5"

[[periods]]
from = 2025-01-01
[[periods.rates]]
total = ["15.00", "20.00", "30.00"]
[[periods.limits]]
up_to = ["50", "100"]
[[periods.limits]]
with = ["electric_stove"]
up_to = ["60", "120"]
"""

ZONES = """code = "zones"
service = "power"
currency = "KZT"
name = { ru = "По зонам суток" }
unit = { ru = "кВт·ч" }

[[periods]]
from = 2025-01-01
[[periods.rates]]
total = ["25.00"]
[[periods.rates]]
day = ["30.00"]
night = ["10.00"]
[[periods.rates]]
peak = ["40.00"]
half_peak = ["30.00"]
night = ["10.00"]
"""
