f = "c.auto"
