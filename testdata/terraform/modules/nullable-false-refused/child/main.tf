variable "strict" {
  type     = string
  nullable = false
}
