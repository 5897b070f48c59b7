output "paths" {
  value = [path.module, path.root, terraform.workspace, trimspace(file("${path.module}/note.txt")), trimspace(file("note.txt"))]
}
