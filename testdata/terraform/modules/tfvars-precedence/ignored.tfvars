a = "never read"
b = "never read"
