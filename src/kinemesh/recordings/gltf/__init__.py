"""Binary glTF: skins, nodes and meshes that move."""
