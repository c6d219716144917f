"""SHOW, DESCRIBE and REGISTRY, and the tables of facts that they are SELECTs over."""
