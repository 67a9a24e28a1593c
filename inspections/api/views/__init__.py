"""The JSON door's views: who may, which row, which verb."""
