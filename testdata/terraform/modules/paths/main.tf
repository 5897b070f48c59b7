module "child" {
  source = "./sub/child"
}

output "root_module" {
  value = path.module
}

output "root_root" {
  value = path.root
}

output "child" {
  value = module.child.paths
}

output "workspace" {
  value = terraform.workspace
}

output "file" {
  value = trimspace(file("${path.module}/note.txt"))
}
