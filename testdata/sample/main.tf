# A small web shop: one module for its buckets, one network, one database.

terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = var.region
}

module "assets" {
  source = "./modules/store"

  name = "shop-assets"
  acl  = "public-read"
}

module "invoices" {
  source = "./modules/store"

  name       = "shop-invoices"
  versioning = true
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "The front of the shop"

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "Administration"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.admin_networks
  }
}

resource "aws_db_instance" "orders" {
  identifier          = "orders"
  engine              = "postgres"
  instance_class      = "db.t4g.small"
  allocated_storage   = 20
  username            = "shop"
  publicly_accessible = true
  storage_encrypted   = var.encrypt

  manage_master_user_password = true
}
