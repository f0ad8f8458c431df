"""The line PC: prints from its own block of codes with the network gone."""
