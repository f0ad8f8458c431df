"""What people say of a pack, tied to the exact batch, and what became of it."""
