environment = "prod"
cidr        = "10.20.0.0/16"
zones       = ["a", "b", "c"]

trusted = [
  { name = "office", cidr = "192.0.2.0/24" },
  { name = "partner", cidr = "198.51.100.16/28" },
]
