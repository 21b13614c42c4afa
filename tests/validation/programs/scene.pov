// Spheres that reflect each other.
global_settings { max_trace_level 6 }
camera { location <0, 3, -9> look_at <0, 1, 0> }
light_source { <5, 9, -6> rgb 1 }
plane { y, 0 pigment { checker rgb 0.9 rgb 0.2 } finish { reflection 0.2 } }
#declare I = 0;
#while (I < 40)
sphere { <mod(I, 8) - 3.5, 0.5 + floor(I / 8) * 0.6, floor(I / 8)>, 0.45
  pigment { rgb <mod(I, 3) / 2, mod(I, 5) / 4, mod(I, 7) / 6> } finish { reflection 0.4 phong 0.7 } }
#declare I = I + 1;
#end
