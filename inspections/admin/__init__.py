"""The staff's door: people, data sets, networks."""
