name       = "dev"
undeclared = "only a warning"
