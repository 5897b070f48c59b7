resource "terraform_data" "x" {
  lifecycle {
    precondition {
      condition     = 1 < 2
      error_message = "Refers to nothing."
    }
  }
}
