# hash
// slashes
/* block
   comment */
locals {
  script = <<-EOF
    #!/bin/sh
    # not a comment
    for f in *; do
      echo "$f" // ${upper("x")}
    done
  EOF
  list = [
    1, # one
    2, // two
    /* three */ 3,
  ]
  url = "http://x/y" # after
}

resource "terraform_data" "script" {
  input = local.script
}

output "list" { value = local.list }

output "url" {
  value = local.url
}
