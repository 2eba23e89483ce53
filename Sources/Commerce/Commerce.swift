// placeholder until the first type
