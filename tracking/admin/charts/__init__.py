"""Charts that the server draws as SVG. Numbers come in, geometry and words go out: no database, no script, no style."""
