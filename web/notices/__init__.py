"""The notices' room: writing, signing, publishing, and what became of each delivery."""
