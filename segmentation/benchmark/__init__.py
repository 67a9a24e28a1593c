"""How fast, against what: photos of growing size, the plain way, the original's way, the machine's own limit."""
