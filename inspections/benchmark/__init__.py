"""The benchmark of the pages: a large survey in a record of its own, asked for over HTTP as a reviewer asks for it."""
