// Booleans of spheres and cylinders.
$fn = 24;
difference() {
  union() { for (i = [0:1]) translate([i * 6, 0, 0]) sphere(5); }
  for (i = [0:1]) translate([i * 6, 0, -9]) cylinder(h = 18, r = 2);
}
