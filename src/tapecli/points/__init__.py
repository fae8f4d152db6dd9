"""Where derivatives are computed: ranges, tables, text files, arrays and Parquet files.

Open `points` first: it reads what was given for each variable, and has the points as axes. `ranges`
is the language of points; `tables` reads text, `arrays` and `parquet` read files of numbers. A
number is rounded once: by `exact` where there are few points, by `spaced` and `rounding` in arrays.
"""
