h = "extra"
i = "extra"
j = "extra"
g = "extra"
