"""Print jobs: which codes were rendered for whom, and where the file is."""
