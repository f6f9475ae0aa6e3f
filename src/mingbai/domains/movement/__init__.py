"""Movement (通行): who came through which gate, and who may pass, judged alike with and without a network.

通行：卡口登记，一人一行，核过才算；通行证一批做好，没有网也验得出真假；谁也看不到别人的去向。
"""
