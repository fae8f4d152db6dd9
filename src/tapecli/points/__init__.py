"""Where derivatives are computed: ranges, tables, text files, arrays and Parquet files.

Open `points` first: it reads what was given for each variable, and has the points as axes. `exact`
is the language of points, and rounds each of them once; `rounding` does so in arrays, and `lazy`
only for those that are taken. `tables`, `text_files` and `parquet` read files.
"""
