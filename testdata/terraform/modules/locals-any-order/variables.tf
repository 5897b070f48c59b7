variable "prefix" {
  default = "p"
}
