output "all" {
  value = { names = var.names, table = var.table, one = var.one + 1, pair = var.pair, loose = var.loose }
}
