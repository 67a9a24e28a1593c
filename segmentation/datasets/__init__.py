"""Data sets for training: read as their authors publish them, checked, split without leaks, written as one.

sources → inspection → resemblance → splitting → writing; `building` joins them. No network is needed here.
"""
