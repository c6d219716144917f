"""Views that documents define: they are read with no more rights than their provider's resources have."""
